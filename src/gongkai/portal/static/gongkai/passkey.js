// 通行密钥：浏览器支持才显示按钮；没做成时用页面上备好的文字说明。不支持脚本的浏览器看不到按钮，另有文字说明。
(function () {
  'use strict'
  const supported = Boolean(window.PublicKeyCredential)
  const problem = document.getElementById('passkey-problem')

  function say (name) {
    problem.textContent = problem.dataset[name]
    problem.hidden = false
  }

  document.querySelectorAll('[data-passkey]').forEach(element => { element.hidden = !supported })
  if (!supported && problem.dataset.unsupported) say('unsupported')

  document.addEventListener('allauth.error', event => {
    event.preventDefault()
    const name = event.detail.exception && event.detail.exception.name
    say(name === 'NotAllowedError' ? 'cancelled' : name === 'InvalidStateError' ? 'known' : 'failed')
  })
})()
